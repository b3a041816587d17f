"""What benchmarks measure against: the same work done by hand, and other people's programs."""
