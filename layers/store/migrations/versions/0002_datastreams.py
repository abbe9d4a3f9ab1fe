"""What every station has ever measured, as a table: one row a datastream."""

import sqlalchemy as sa
from alembic import op

from layers.store import datastreams

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Build the table and fill it from what is there."""
    table = op.create_table(
        "datastream",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("averaging_s", sa.Integer(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_s", sa.BigInteger(), nullable=True),
        sa.Column("last_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("station", "quantity", "averaging_s", "detector"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT station, quantity, end_s - begin_s, detector, min(begin_s), max(begin_s) "
            "FROM observation GROUP BY 1, 2, 3, 4"
        )
    ).all()
    taken: set[int] = set()
    names = [column.name for column in table.columns]
    for *key, first_s, last_s in found:
        number = datastreams.free_number(tuple(key), taken)
        taken.add(number)
        row = (*key, number, first_s, last_s)
        connection.execute(table.insert(), dict(zip(names, row, strict=True)))
    op.create_index("datastream_number", "datastream", ["number"], unique=True)
