ln -s ../secret.md research.md
