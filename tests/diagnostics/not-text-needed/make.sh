printf '\nCaf\351\n' >> rules.md
