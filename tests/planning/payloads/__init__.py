"""Tests of the bodies that a plan sends."""
