mkdir notes
for number in $(seq 1000 1500); do touch "notes/$number.md"; done
