mkfifo research.md
