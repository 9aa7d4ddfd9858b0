yes -- '- A line of notes.' | head -c 5000001 > research.md
