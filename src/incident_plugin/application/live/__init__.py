"""Live pictures: who watches, turns cameras, keeps a picture."""
