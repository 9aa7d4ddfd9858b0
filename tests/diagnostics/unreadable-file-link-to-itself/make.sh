ln -s research.md research.md
