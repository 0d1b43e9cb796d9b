"""The component that shows the class live in the browser."""

from __future__ import annotations
