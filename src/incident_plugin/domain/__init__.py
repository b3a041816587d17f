"""What incident work is: values and rules, with no input or output, no clock and no serialisation."""
