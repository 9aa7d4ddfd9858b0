{ echo; echo '```gherkin'; yes '# what would take very long' | head -n 20000; echo '```'; } >> spec.md
