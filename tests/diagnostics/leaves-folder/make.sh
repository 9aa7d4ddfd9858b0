echo '# Not for you' > ../secret.md
ln -s ../secret.md research.md
