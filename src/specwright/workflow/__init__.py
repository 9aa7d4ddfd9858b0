"""The way from asked-for to accepted: phases, red-green ledger, pause, decision."""
