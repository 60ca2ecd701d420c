"""What algebra says about the models of chapter 1: used by the part Beyond the print only."""
