"""What the commands do, as a library: load a flow, run a file of leads, go on with what waits, run dry, replay."""
