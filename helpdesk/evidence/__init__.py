"""The evidence folder of a ticket: it leaves the house and can be checked there without this program (R-177, R-190)."""
