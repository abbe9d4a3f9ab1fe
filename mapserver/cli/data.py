"""Commands that bring data in, give rights, and look after a data folder."""

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from layers import temporal
from layers.errors import BadParameterError, TooLargeError
from layers.model import Context
from layers.store import Paths, Reader
from mapserver import settings
from mapserver.cli import keeping

_data_dir = click.option("--data-dir", type=str, default=None, help="Data folder.")
_catalog = click.option("--catalog", type=str, default=None, help="Catalogue file.")


def _writer() -> str:
    return f"command {getpass.getuser()}"


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_data_dir
@_catalog
@click.option("--demo/--no-demo", default=None, help="What a new folder is for.")
@click.option("--format", "format_", default=None, help="Format; recognised otherwise.")
@click.option(
    "--context",
    type=click.Choice([str(c) for c in Context]),
    default="routine",
    help="What the data are of.",
)
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="What the file leaves out: quantity, unit, time, collection, network ...",
)
@click.option("--batch-id", default=None, help="Name of the batch; its content otherwise.")
@click.option("--verbose", is_flag=True, help="Show every refused row.")
def ingest(
    files: tuple[Path, ...],
    data_dir: str | None,
    catalog: str | None,
    demo: bool | None,
    format_: str | None,
    context: str,
    pairs: tuple[str, ...],
    batch_id: str | None,
    verbose: bool,
) -> None:
    """Bring files in; every row is accounted for."""
    chosen = settings.read(data_dir=data_dir, catalog=catalog, demo=demo)
    defaults = dict(_pair(pair) for pair in pairs)
    for file in files:
        body = _body(file, chosen.max_upload_bytes)
        header = {
            "op": "ingest",
            "name": file.name,
            "format": format_,
            "defaults": defaults,
            "batch_id": batch_id,
            "writer": _writer(),
            "context": context,
        }
        answer = keeping.ask(chosen, header, body)
        rejected = answer["rejected"]
        click.echo(
            f"{file}: {answer['rows']} rows = {answer['accepted']} accepted + "
            f"{answer['duplicate']} duplicate + {answer['corrected']} corrected + "
            f"{len(rejected)} rejected"
            + (" (this batch was here before)" if answer["repeated"] else "")
        )
        shown = rejected if verbose else rejected[:10]
        for row in shown:
            click.echo(f"  line {row['line']}: {row['code']}: {row['reason']}")
        if len(rejected) > len(shown):
            click.echo(f"  and {len(rejected) - len(shown)} more (--verbose shows all)")


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise BadParameterError(f'--set takes KEY=VALUE, such as unit=uSv/h; not "{text}"')
    return key, value


def _body(file: Path, limit: int) -> bytes:
    try:
        size = file.stat().st_size
        if size > limit:
            raise TooLargeError(f"{file} has {size:,} bytes; the limit is {limit:,}")
        return file.read_bytes()
    except OSError as reason:
        raise BadParameterError(f"{file}: {reason.strerror}") from reason


@click.command()
@_data_dir
def reprocess(data_dir: str | None) -> None:
    """Offer quarantined observations of then unknown stations again."""
    answer = keeping.ask(settings.read(data_dir=data_dir), {"op": "reprocess", "writer": _writer()})
    click.echo(
        f"{answer['rows']} rows = {answer['accepted']} accepted + {answer['duplicate']} duplicate"
        f" + {answer['corrected']} corrected + {len(answer['rejected'])} rejected again"
    )


@click.group()
def token() -> None:
    """Give and take the right to write."""


@token.command("create")
@click.argument("organisation")
@_data_dir
@click.option(
    "--days", type=click.IntRange(1, 36_500), help="Days until it expires; never otherwise."
)
@click.option("--note", default="", help="What it is for.")
def create(organisation: str, data_dir: str | None, days: int | None, note: str) -> None:
    """Print a new token of ORGANISATION; it is shown this once."""
    answer = keeping.ask(
        settings.read(data_dir=data_dir),
        {
            "op": "create_token",
            "organisation_id": organisation,
            "days": days,
            "note": note,
            "writer": _writer(),
        },
    )
    click.echo(answer["token"])


@token.command("revoke")
@click.argument("prefix")
@_data_dir
def revoke(prefix: str, data_dir: str | None) -> None:
    """Make the token with PREFIX (the part before the dot) useless at once."""
    keeping.ask(
        settings.read(data_dir=data_dir),
        {"op": "revoke_token", "prefix": prefix, "writer": _writer()},
    )
    click.echo(f"{prefix} is revoked")


@token.command("list")
@_data_dir
def list_(data_dir: str | None) -> None:
    """List the tokens without their secrets."""
    reader = Reader(settings.read(data_dir=data_dir).data_dir)
    now = datetime.now(UTC)
    for each in reader.tokens():
        ends = each.expires_at
        state = "in use" if ends is None else f"in use until {temporal.word(ends)}"
        if ends is not None and ends <= now:
            state = f"expired {temporal.word(ends)}"
        if each.revoked_at:
            state = "revoked"
        click.echo(f"{each.prefix}  {each.organisation_id}  {state}  {each.note}")
    reader.close()


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@_data_dir
def backup(target: Path, data_dir: str | None) -> None:
    """Copy the store to TARGET while everything goes on, and check the copy."""
    from mapserver.operations.backup import verify

    if target.is_dir() or not target.absolute().parent.is_dir():
        raise BadParameterError(f"{target}: a file in a folder that exists was expected")
    keeping.ask(
        settings.read(data_dir=data_dir),
        {"op": "backup", "target": str(target.absolute()), "writer": _writer()},
    )
    counts = verify(target)
    click.echo(f"{target}: {counts['observation']} observations, {counts['feature']} features")


@click.command()
@_data_dir
def doctor(data_dir: str | None) -> None:
    """Look a data folder over; exit code 1 where something is wrong or the disk nearly full."""
    from mapserver.operations.doctor import findings

    chosen = settings.read(data_dir=data_dir)
    found = findings(Reader(chosen.data_dir), Paths(chosen.data_dir))
    for finding in found:
        click.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.text}")
    if not all(finding.good for finding in found):
        raise SystemExit(1)
