"""Opswright."""
