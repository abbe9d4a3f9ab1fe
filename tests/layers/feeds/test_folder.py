import os
import time
from pathlib import Path

import pytest

from layers.errors import BusyError, FeedUnreachableError, TooLargeError
from layers.feeds import Arrived, folder

NOW_S = 1_800_000_000.0


def put(root: Path, name: str, data: bytes = b"x", age_s: float = 60.0) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (NOW_S - age_s, NOW_S - age_s))
    return path


def names(root: Path, pattern: str = "*") -> list[str]:
    return [file.name for file in folder.scan(root, now_s=NOW_S, pattern=pattern)]


def test_files_come_oldest_first(tmp_path: Path) -> None:
    put(tmp_path, "b.csv", age_s=10)
    put(tmp_path, "a.csv", age_s=20)
    put(tmp_path, "c.csv", age_s=10)
    assert names(tmp_path) == ["a.csv", "b.csv", "c.csv"]


def test_unfinished_hidden_and_growing_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".hidden.csv", "a.csv.part", "a.csv.PART", "b.tmp", "c.csv~", "~d.csv", ".e.swp"):
        put(tmp_path, name)
    put(tmp_path, "growing.csv", age_s=1.0)
    put(tmp_path, "whole.csv", age_s=2.0)
    assert names(tmp_path) == ["whole.csv"]


def test_a_file_dated_into_the_future_is_not_waited_for(tmp_path: Path) -> None:
    put(tmp_path, "ahead.csv", age_s=-3600)
    assert names(tmp_path) == ["ahead.csv"]


def test_a_pattern_chooses_names_whatever_their_case(tmp_path: Path) -> None:
    put(tmp_path, "A.CSV")
    put(tmp_path, "b.json")
    assert names(tmp_path, "*.csv") == ["A.CSV"]


def test_links_folders_and_pipes_are_no_arrivals(tmp_path: Path) -> None:
    outside = put(tmp_path, "outside/secret.csv")
    root = tmp_path / "incoming"
    root.mkdir()
    (root / "link.csv").symlink_to(outside)
    (root / "folder.csv").mkdir()
    os.mkfifo(root / "pipe.csv")
    assert names(root) == []


def test_a_file_that_turns_into_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.csv")
    put(tmp_path, "in/a.csv")
    (seen,) = folder.scan(tmp_path / "in", now_s=NOW_S)
    seen.path.unlink()
    seen.path.symlink_to(secret)
    with pytest.raises(FeedUnreachableError), folder.opened(seen):
        pass


def test_a_file_that_changes_while_it_is_read_comes_again(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", b"12345")
    (seen,) = folder.scan(tmp_path, now_s=NOW_S)

    def read_slowly() -> None:
        with folder.opened(seen) as stream:
            assert stream.read() == b"12345"
            with seen.path.open("ab") as writer:
                writer.write(b"6")

    with pytest.raises(BusyError, match="still being written"):
        read_slowly()
    with pytest.raises(BusyError), folder.opened(seen):
        pass


def test_the_bytes_are_those_of_the_file(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", b"some bytes")
    (seen,) = folder.scan(tmp_path, now_s=NOW_S)
    inode = seen.path.stat().st_ino
    assert seen == Arrived(tmp_path, "a.csv", inode, 10, int((NOW_S - 60) * 1e9))
    with folder.opened(seen, max_bytes=10) as stream:
        assert stream.read() == b"some bytes"
    with (
        pytest.raises(TooLargeError, match="10 bytes; the limit is 9"),
        folder.opened(seen, max_bytes=9),
    ):
        pass


def test_a_finished_file_is_moved_with_its_sentence(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    put(tmp_path, "b.csv")
    first, second = folder.scan(tmp_path, now_s=NOW_S)
    done = folder.finish(first, "done", "6 rows: 5 accepted, 1 rejected")
    refused = folder.finish(second, "refused", "the file is not UTF-8")
    assert done == tmp_path / "done" / "a.csv"
    assert (tmp_path / "done" / "a.csv.txt").read_text() == "6 rows: 5 accepted, 1 rejected\n"
    assert refused.read_bytes() == b"x"
    assert (tmp_path / "refused" / "b.csv.txt").read_text() == "the file is not UTF-8\n"
    assert names(tmp_path) == []


def test_no_finished_file_is_ever_overwritten(tmp_path: Path) -> None:
    places = []
    for content in (b"1", b"2", b"3"):
        put(tmp_path, "a.csv", content)
        (seen,) = folder.scan(tmp_path, now_s=NOW_S)
        places.append(folder.finish(seen, "done", "taken"))
    assert [place.name for place in places] == ["a.csv", "a-2.csv", "a-3.csv"]
    assert [place.read_bytes() for place in places] == [b"1", b"2", b"3"]


def test_a_done_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    put(tmp_path, "in/a.csv")
    (tmp_path / "in" / "done").symlink_to(tmp_path / "elsewhere")
    (seen,) = folder.scan(tmp_path / "in", now_s=NOW_S)
    with pytest.raises(FeedUnreachableError, match="link"):
        folder.finish(seen, "done", "taken")
    assert seen.path.exists()


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FeedUnreachableError, match="cannot be read"):
        folder.scan(tmp_path / "nowhere", now_s=time.time())


def test_a_file_that_was_replaced_after_it_was_read_waits_unread(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", b"12345")
    (seen,) = folder.scan(tmp_path, now_s=NOW_S)
    with folder.opened(seen) as stream:
        assert stream.read() == b"12345"
    # As a sender does it: whole, under another name, of the same size and time.
    put(tmp_path, "a.csv.part", b"67890").replace(seen.path)
    with pytest.raises(BusyError, match="was replaced"):
        folder.finish(seen, "done", "taken")
    assert names(tmp_path) == ["a.csv"]
    assert seen.path.read_bytes() == b"67890"
    assert list((tmp_path / "done").iterdir()) == []
