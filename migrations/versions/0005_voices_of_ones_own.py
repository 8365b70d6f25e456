"""voices of people's own; blends, which were kept alone, are some of them

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "ownvoice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("blend", sa.Text(), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("colour", sa.String(length=16), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("tone", sa.JSON(), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("tuned", sa.String(length=16), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownvoice")),
        sa.UniqueConstraint("owner", "family", "key", name=op.f("uq_ownvoice_owner")),
    )
    with op.batch_alter_table("ownvoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ownvoice_owner"), ["owner"], unique=False)

    op.create_table(
        "voicerecording",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("voice_id", sa.String(length=32), nullable=False),
        sa.Column("mood", sa.String(length=64), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("has_cleaned", sa.Boolean(), nullable=False),
        sa.Column("uses_cleaned", sa.Boolean(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["voice_id"], ["ownvoice.id"], name=op.f("fk_voicerecording_voice_id_ownvoice"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voicerecording")),
        sa.UniqueConstraint("voice_id", "mood", name=op.f("uq_voicerecording_voice_id")),
    )
    with op.batch_alter_table("voicerecording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voicerecording_voice_id"), ["voice_id"], unique=False)

    op.create_table(
        "voiceconsent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("voice_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voiceconsent")),
    )
    with op.batch_alter_table("voiceconsent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voiceconsent_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_voiceconsent_voice_id"), ["voice_id"], unique=False)

    op.execute(
        "INSERT INTO ownvoice (id, owner, family, key, name, kind, blend, consent, language, colour, tags, notes, "
        "tone, recipe, tuned, shared, imported, version, created_at, changed_at) "
        "SELECT id, owner, family, key, name, 'blend', blend, 'none', '', '', '[]', '', '{}', "
        "'{}', '', false, false, 1, created_at, created_at FROM savedvoice"
    )
    with op.batch_alter_table("savedvoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_savedvoice_owner"))

    op.drop_table("savedvoice")


def downgrade() -> None:

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

    op.execute(
        "INSERT INTO savedvoice (id, owner, family, key, name, blend, created_at) "
        "SELECT id, owner, family, key, name, blend, created_at FROM ownvoice WHERE kind = 'blend'"
    )
    with op.batch_alter_table("voiceconsent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voiceconsent_voice_id"))
        batch_op.drop_index(batch_op.f("ix_voiceconsent_owner"))

    op.drop_table("voiceconsent")
    with op.batch_alter_table("voicerecording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voicerecording_voice_id"))

    op.drop_table("voicerecording")
    with op.batch_alter_table("ownvoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ownvoice_owner"))

    op.drop_table("ownvoice")
