const = <b>
