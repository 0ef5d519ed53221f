"""Brings every service: each says itself which commands it carries out (`server.core.commands.carries_out`)."""

import server.checklists.service
import server.equipment.service
import server.generator.service
import server.interventions.service
import server.meters.service
import server.plans.organisation
import server.plans.service
import server.requests.service  # noqa: F401
