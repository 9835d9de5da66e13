"""The examples of docstrings are true."""

import doctest
import importlib

import pytest

from tests.architecture.source import CODE, modules

WITH_EXAMPLES = sorted(
    ".".join(("preau", *path.relative_to(CODE).with_suffix("").parts))
    for path in modules()
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_are_true(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0
