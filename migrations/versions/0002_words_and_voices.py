"""words and voices of people's own

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "pronunciation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("book", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("phonemes", sa.Text(), nullable=False),
        sa.Column("respelling", sa.Text(), nullable=False),
        sa.Column("match_case", sa.Boolean(), nullable=False),
        sa.Column("part_of_speech", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pronunciation")),
        sa.UniqueConstraint("owner", "book", "key", "part_of_speech", "language", name=op.f("uq_pronunciation_owner")),
    )
    with op.batch_alter_table("pronunciation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pronunciation_owner"), ["owner"], unique=False)

    op.create_table(
        "savedvoice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("blend", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_savedvoice")),
        sa.UniqueConstraint("owner", "family", "key", name=op.f("uq_savedvoice_owner")),
    )
    with op.batch_alter_table("savedvoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_savedvoice_owner"), ["owner"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("savedvoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_savedvoice_owner"))

    op.drop_table("savedvoice")
    with op.batch_alter_table("pronunciation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pronunciation_owner"))

    op.drop_table("pronunciation")
