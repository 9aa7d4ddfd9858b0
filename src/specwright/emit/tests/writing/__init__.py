"""Tests of what is written, a module for each way of writing."""
