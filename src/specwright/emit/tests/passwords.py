"""The password of all whom tests make, and a hash of it that costs next to nothing to compare."""

PASSWORD = "correct horse battery staple"  # noqa: S105 - of nobody
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$n5pBfr9S0+817ajW"
