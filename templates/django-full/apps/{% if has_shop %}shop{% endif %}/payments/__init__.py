"""Payments: one interface for whoever takes the money, and a stand-in for development."""
