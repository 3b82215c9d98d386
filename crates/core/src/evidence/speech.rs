//! What kind of demand the words make: the cues of the lexicon that stand in a text.
