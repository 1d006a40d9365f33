"""Approvals: purchase requests, who decides them in which order, and a trail of all that happened."""
