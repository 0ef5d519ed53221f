"""Every table, so that the metadata is complete: imported by migrations, tests and the application's start."""

from sqlmodel import SQLModel

import server.attachments.models
import server.audit.models
import server.auth.models
import server.checklists.models
import server.equipment.models
import server.feeds.models
import server.interventions.models
import server.meters.models
import server.plans.models
import server.requests.models
import server.sites.models
import server.sync.models
import server.users.models  # noqa: F401

metadata = SQLModel.metadata
