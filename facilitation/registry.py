"""Importing this declares every command and every view of an entity: the domain packages in their order."""

# ruff: noqa: F401

import facilitation.boards.clustering
import facilitation.boards.erasing
import facilitation.boards.moderation
import facilitation.boards.noting
import facilitation.boards.posting
import facilitation.boards.replying
import facilitation.boards.undoing
import facilitation.boards.views
import facilitation.boards.voting
import facilitation.cases.commands
import facilitation.cases.exchange
import facilitation.cases.managing
import facilitation.cases.matrix_commands
import facilitation.cases.peers_commands
import facilitation.labs.activities
import facilitation.labs.evaluating
import facilitation.labs.moving
import facilitation.labs.planning
import facilitation.labs.running
import facilitation.labs.showing
import facilitation.labs.views
import facilitation.people.notes
import facilitation.people.roles
import facilitation.people.seats
import facilitation.people.signing_in
import facilitation.reports.deciding
import facilitation.reports.erasing
import facilitation.reports.forgetting
import facilitation.reports.photos
import facilitation.reports.proposing
import facilitation.reports.remarks
import facilitation.reports.writing
