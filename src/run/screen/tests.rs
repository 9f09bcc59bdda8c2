//! The loop without a terminal: scripted events, a fake terminal around the frames, time that stands still.
