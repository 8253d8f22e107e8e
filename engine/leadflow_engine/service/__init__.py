"""The service: leads come in over HTTP, are kept, routed and answered; what waits goes on beside them."""
