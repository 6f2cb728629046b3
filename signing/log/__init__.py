"""The transparency log: what was issued, withdrawn or approved can be proven, and never unseen. Pure."""
