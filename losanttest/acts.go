package losanttest

// acts are what the server does for the operations whose state it keeps.
var acts = map[string]func(*Server, *call) (any, *apiError){
	"experienceGroup.delete": deleteGroup,
	"experienceGroup.get":    getGroup,
	"experienceGroup.patch":  patchGroup,
	"experienceUser.delete":  deleteUser,
	"experienceUser.get":     getUser,
	"experienceUser.patch":   patchUser,
}
