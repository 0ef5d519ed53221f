"""Every table, so that the metadata is complete: imported by migrations, tests and the application's start."""

from sqlmodel import SQLModel

import server.attachments.models
import server.audit.models
import server.auth.models
import server.core.names
import server.core.numbers
import server.core.rate_limit
import server.feeds.models
import server.kpis.models
import server.outbox.models
import server.push.models
import server.reports.models
import server.sync.models
import server.sync.sources
import server.webhooks.models  # noqa: F401 - with the tables of what devices hold

metadata = SQLModel.metadata
