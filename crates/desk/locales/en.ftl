# The draft of the answer to the partner when Code closes the issue; the procedure may have texts of its own (`code-corrigiu-en.md.j2` and so on).
closed-greeting = Hello.
closed-about = About ticket { $protocol } ({ $subject }):
closed-done = Our development team has fixed what caused the failure. Could you please try again and tell us whether it is solved?
closed-not-a-bug = Our development team has looked into it: the API behaves as it should in this situation. If you expected something else, tell us what, and we will find a way together.
closed-not-planned = Our development team has looked into it, and the change is not planned. If this keeps you from using the API, answer us, and we will look for another way.
closed-unsaid = Our development team has finished looking into it. Could you please try again and tell us whether it is solved?
closed-review = [Revise before sending: put it in the partner's words and delete from here on. Code wrote:]
