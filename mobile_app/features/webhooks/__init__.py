"""Other systems of the plant that are told what happens, for administrators."""
