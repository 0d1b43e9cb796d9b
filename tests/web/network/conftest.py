"""A class with a server, as the portal's tests have it."""

from __future__ import annotations

from tests.web.portal.conftest import school as school
