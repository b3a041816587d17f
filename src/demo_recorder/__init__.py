"""An embedded ONVIF recorder with synthetic cameras, for demonstration and tests."""
