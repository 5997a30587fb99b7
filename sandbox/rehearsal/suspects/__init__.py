"""Suspects: for each common defect, the scene as a tool with that defect takes it to be.

A wrong result that a changed scene explains to the last row is what that change describes. So a finding names the defect
itself, where single rows would only let one guess.
"""
