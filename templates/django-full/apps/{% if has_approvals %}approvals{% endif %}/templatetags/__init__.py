"""What templates can ask about approvals."""
