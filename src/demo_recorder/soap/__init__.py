"""The ONVIF web services of the recorder, over SOAP 1.2."""
