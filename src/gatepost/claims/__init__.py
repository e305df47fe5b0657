"""Claims about whole sets of policies, in words: that nobody ever may, that somebody always may. And their proofs."""
