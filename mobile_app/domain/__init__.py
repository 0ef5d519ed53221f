"""How a machine, a job or a request looks: the marks and cards that several features share.

Lies between `features` and `ui`: ui knows no domain word, and features do not import each other.
"""
