"""A photo and documents of spare parts; files that are everyone's.

Revises: 0024_labels_of_stock
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025_papers_of_parts"
down_revision: str | None = "0024_labels_of_stock"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("attachment", "site_id", nullable=True)
    op.add_column("spare_parts", sa.Column("photo_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_spare_parts_photo_id_attachment"), "spare_parts", "attachment", ["photo_id"], ["id"], ondelete="SET NULL"
    )
    op.create_table(
        "part_document",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_part_document_attachment_id_attachment")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_part_document_created_by_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["part_id"], ["spare_parts.id"], name=op.f("fk_part_document_part_id_spare_parts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_document")),
    )
    op.create_index(op.f("ix_part_document_part_id"), "part_document", ["part_id"], unique=False)
    op.create_index("ix_part_document_sync_xid", "part_document", ["sync_xid", "id"], unique=False)
    op.execute("CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON part_document FOR EACH ROW EXECUTE FUNCTION etabli_stamp()")
    op.execute("CREATE TRIGGER bury AFTER DELETE ON part_document FOR EACH ROW EXECUTE FUNCTION etabli_bury('part_document')")


def downgrade() -> None:
    """What is everyone's goes: before, every file was of a site."""
    op.drop_table("part_document")
    op.drop_column("spare_parts", "photo_id")
    op.execute("DELETE FROM attachment WHERE site_id IS NULL")
    op.alter_column("attachment", "site_id", nullable=False)
