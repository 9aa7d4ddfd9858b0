touch "$(printf 'notes\n.md')"
