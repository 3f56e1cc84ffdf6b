"""What is true of many assets: which colours and looks a set has, what falls out of it, what is double, what drifts."""

from __future__ import annotations

from analyzer.collection.audit import audit
from analyzer.collection.result import Audit

__all__ = ["Audit", "audit"]
