"""The demo project of loadaudit's own tests."""

from tests.demo.settings import *  # noqa: F403
