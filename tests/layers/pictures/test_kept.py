import os

from layers.pictures.kept import Folder, Recent


def test_a_folder_keeps_so_many_files_and_the_oldest_give_way(tmp_path):
    folder = Folder(tmp_path / "plates", most=3)
    for number in range(5):
        folder.put(f"{number}.png", b"picture %d" % number)
        os.utime(tmp_path / "plates" / f"{number}.png", (number, number))
    assert folder.get("0.png") is None
    assert folder.get("4.png") == b"picture 4"
    assert len(list((tmp_path / "plates").iterdir())) == 3


def test_a_file_without_its_bytes_is_none(tmp_path):
    folder = Folder(tmp_path, most=3)
    (tmp_path / "broken.png").touch()
    assert folder.get("broken.png") is None


def test_a_disk_that_takes_nothing_costs_no_error(tmp_path):
    (tmp_path / "file").touch()
    folder = Folder(tmp_path / "file" / "below", most=3)
    folder.put("a.png", b"x")
    assert folder.get("a.png") is None


def test_the_last_answers_are_kept_and_the_first_forgotten():
    made = []
    recent = Recent(2)
    for key in ("a", "b", "a", "c", "b", "a"):
        assert recent(key, lambda key=key: made.append(key) or key.upper()) == key.upper()
    assert made == ["a", "b", "c", "b", "a"]
