"""QR labels: their codes, and the sheets that they are printed on."""
