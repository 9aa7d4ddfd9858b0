ln -s nowhere.md research.md
