"""What devices hold of a checklist template."""

from server.checklists.models import Checklist
from server.core.held import hold
from shared_models.checklists.rows import ChecklistRow

CHECKLIST = hold(ChecklistRow, Checklist)
