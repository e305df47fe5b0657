"""Operation handlers, one file a noun. `services.registry` declares every operation that is served.

This file loads nothing: a process that answers a question of one service (`edge.questions`) loads that service's pure modules alone.
"""
