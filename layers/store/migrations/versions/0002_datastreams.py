"""What every station has ever measured, as a table: one row a datastream."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Build the table and fill it from what is there."""
    op.create_table(
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
    op.execute(
        "INSERT INTO datastream "
        "(station, quantity, averaging_s, detector, number, first_s, last_s) "
        "SELECT station, quantity, end_s - begin_s, detector, "
        "row_number() OVER (ORDER BY station, quantity, end_s - begin_s, detector), "
        "min(begin_s), max(begin_s) "
        "FROM observation GROUP BY station, quantity, end_s - begin_s, detector"
    )
    op.create_index("datastream_number", "datastream", ["number"], unique=True)
