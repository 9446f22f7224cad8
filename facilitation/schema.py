"""Every table, imported once: what migrations and house tests walk."""

from facilitation.boards import models as boards
from facilitation.cases import models as cases
from facilitation.core.model import Base
from facilitation.labs import models as labs
from facilitation.people import models as people
from facilitation.reports import models as reports
from facilitation.stream import models as stream

metadata = Base.metadata
__all__ = ["boards", "cases", "labs", "metadata", "people", "reports", "stream"]
